// TLS for new connections (OpenSSL 3): TLS 1.2 and up, ALPN http/1.1.
#pragma once

#include <memory>
#include <mutex>

#include "http/server.h"

struct ssl_st;
struct ssl_ctx_st;

namespace tapedeck::http {

/// The certificate in use. Safe for concurrent use.
class TlsIdentity {
 public:
  /// Throws Error{invalid} that names the file and the reason.
  explicit TlsIdentity(TlsOptions options);

  /// Reads the files again, for sessions made from now on. Keeps the old ones when it throws.
  void reload();

  /// A server session; the caller owns it.
  ssl_st* make_session();

 private:
  const TlsOptions options_;
  std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;  // Guarded by mutex_.
};

}  // namespace tapedeck::http
