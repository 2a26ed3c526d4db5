#include "http/tls.h"

#include <array>
#include <new>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/error.h"

namespace tapedeck::http {

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& file) {
  std::array<char, 256> reason{};
  auto code = ERR_peek_error();
  if (code != 0) ERR_error_string_n(code, reason.data(), reason.size());
  if (code != 0 && ERR_reason_error_string(code) != nullptr) {
    auto length = std::string_view(ERR_reason_error_string(code)).copy(reason.data(), 255);
    reason[length] = '\0';
  }
  ERR_clear_error();
  throw Error(Fault::invalid, what + " " + file + " cannot be used: " + reason.data() + ".");
}

/// RFC 7301. A client that offers only other protocols is still served HTTP/1.1.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                    const unsigned char* offered, unsigned offered_bytes, void*) {
  static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  auto* out = const_cast<unsigned char*>(*chosen);
  if (SSL_select_next_proto(&out, chosen_bytes, ours.data(), ours.size(), offered, offered_bytes) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = out;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<SSL_CTX> make_context(const TlsOptions& options) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // tickets do it
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  const auto& certificate = options.certificate_file;
  const auto& key = options.key_file;
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    refuse("The certificate", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse("The key", key);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) refuse("The key", key);
  return context;
}

}  // namespace

TlsIdentity::TlsIdentity(TlsOptions options)
    : options_(std::move(options)), context_(make_context(options_)) {}

void TlsIdentity::reload() {
  auto fresh = make_context(options_);
  std::lock_guard lock(mutex_);
  context_ = std::move(fresh);
}

ssl_st* TlsIdentity::make_session() {
  std::lock_guard lock(mutex_);
  auto* session = SSL_new(context_.get());
  if (session == nullptr) throw std::bad_alloc();
  return session;
}

}  // namespace tapedeck::http
