// A simulation allocates all the time: AddressSanitizer need not remember for long where each piece
// came from. Its other checks are as everywhere.
extern "C" const char* __asan_default_options();

const char* __asan_default_options() {
  return "malloc_context_size=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64";
}
