// The memory of coroutine frames: a request has about thirty, and the next one the same sizes.
#pragma once

#include <cstddef>

namespace tapedeck::frames {

/// As operator new and delete. Each thread keeps some of what was released on it. Any thread may
/// release what another one allocated.
void* allocate(std::size_t bytes);
void release(void* frame, std::size_t bytes) noexcept;

}  // namespace tapedeck::frames
