#include <cstdio>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/error.h"
#include "http/canned_server.h"
#include "http/client.h"

namespace tapedeck::http {
namespace {

using testing::HasSubstr;

template <class Thing, void (*destroy)(Thing*)>
struct Destroy {
  void operator()(Thing* thing) const { destroy(thing); }
};
using Certificate = std::unique_ptr<X509, Destroy<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Destroy<EVP_PKEY, EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Destroy<SSL_CTX, SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Destroy<SSL, SSL_free>>;

void add_extension(X509* certificate, int kind, const char* value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// A certificate of `name` that is valid for a day.
Certificate make_certificate(const char* name, EVP_PKEY* key, bool authority, X509* issuer,
                             EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), authority ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key);
  auto* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), issuer ? X509_get_subject_name(issuer) : subject);
  if (authority) {
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(certificate.get(), NID_subject_alt_name, ("DNS:" + std::string(name)).c_str());
  }
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

/// An authority of our own in a file, and a server's certificate from it.
class ClientTlsTest : public testing::Test {
 protected:
  ClientTlsTest()
      : authority_file_(std::filesystem::temp_directory_path() /
                        ("tapedeck-authority-" + std::to_string(getpid()) + ".pem")),
        authority_key_(EVP_EC_gen("P-256")),
        authority_(make_certificate("our authority", authority_key_.get(), true, nullptr,
                                    authority_key_.get())) {
    auto* file = std::fopen(authority_file_.c_str(), "w");
    PEM_write_X509(file, authority_.get());
    std::fclose(file);
  }
  ~ClientTlsTest() override { std::filesystem::remove(authority_file_); }

  /// Speaks TLS with a certificate of `name`: notes which name the client asked for, and answers.
  Script answer_as(std::string name) {
    return [this, name](CannedConnection& connection) {
      Key key(EVP_EC_gen("P-256"));
      auto certificate =
          make_certificate(name.c_str(), key.get(), false, authority_.get(), authority_key_.get());
      Context context(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_use_certificate(context.get(), certificate.get());
      SSL_CTX_use_PrivateKey(context.get(), key.get());
      Session session(SSL_new(context.get()));
      SSL_set_fd(session.get(), connection.descriptor());
      if (SSL_accept(session.get()) != 1) return;
      const auto* asked = SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name);
      asked_name_ = asked ? asked : "";
      answer(session.get());
    };
  }

  void answer(SSL* session) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && SSL_read(session, &byte, 1) == 1) head += byte;
    if (head.empty()) return;
    std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
    SSL_write(session, whole.data(), static_cast<int>(whole.size()));
    SSL_shutdown(session);
  }

  std::string failure_of(ClientUnderTest& client) {
    try {
      client.fetch("/");
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }

  const std::filesystem::path authority_file_;
  const Key authority_key_;
  const Certificate authority_;
  std::string asked_name_;
};

TEST_F(ClientTlsTest, TrustsACertificateOfTheNamedAuthority) {
  {
    CannedServer server({answer_as("localhost")});
    ClientUnderTest client({"https", "localhost", server.port()},
                           {.certificate_authority_file = authority_file_});
    EXPECT_EQ(client.fetch("/").body, "secret");
  }
  EXPECT_EQ(asked_name_, "localhost");
}

TEST_F(ClientTlsTest, RefusesAnAuthorityThatItDoesNotKnow) {
  CannedServer server({answer_as("localhost")});
  ClientUnderTest client({"https", "localhost", server.port()});
  EXPECT_THAT(failure_of(client), HasSubstr("is not trusted"));
}

TEST_F(ClientTlsTest, RefusesACertificateOfAnotherHost) {
  CannedServer server({answer_as("other.example"), answer_as("localhost")});
  for (auto host : {"localhost", "127.0.0.1"}) {
    ClientUnderTest client({"https", host, server.port()},
                           {.certificate_authority_file = authority_file_});
    EXPECT_THAT(failure_of(client), HasSubstr("certificate")) << host;
  }
}

TEST_F(ClientTlsTest, SaysThatAServerDoesNotSpeakTls) {
  CannedServer server({[](auto& connection) {
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    connection.drain();
  }});
  ClientUnderTest client({"https", "localhost", server.port()},
                         {.certificate_authority_file = authority_file_});
  EXPECT_THAT(failure_of(client), HasSubstr("cannot connect to https://localhost:"));
}

TEST_F(ClientTlsTest, SaysWhichAuthorityFileCannotBeUsed) {
  ClientUnderTest client({"https", "localhost", 1},
                         {.certificate_authority_file = "/nonexistent/authority.pem"});
  EXPECT_THAT(failure_of(client), HasSubstr("/nonexistent/authority.pem"));
}

}  // namespace
}  // namespace tapedeck::http
