"""What the rules must catch and must let pass; run before they judge anybody."""

FLOORS = {"base": set(), "http": {"base"}, "core": {"base"}, "store": {"core", "http", "base"},
          "api": {"core", "http", "base"}, "main": {"api", "store", "core", "http", "base"}}


def _body(statement):
    return "Task<void> f() {\n  int i = 0;\n  " + statement + "\n}\n"


def _header(text):
    return "#pragma once\n" + text


_LONG_FUNCTION = "void f() {\n" + "  g();\n" * 69 + "}\n"

# (rule or None, path, text): the rule that must speak up, or nothing at all.
SNIPPETS = [
    # floors
    ("floors", "src/api/a.cc", '#include "store/memory.h"\n'),
    ("floors", "src/store/a.cc", '#include "api/api.h"\n'),
    ("floors", "src/base/a.cc", '#include "http/message.h"\n'),
    ("floors", "src/core/a.cc", '#  include "http/message.h"\n'),
    ("floors", "src/base/a.cc", '#include "bytes.h"\n'),
    ("floors", "src/main/a.cc", "#include <base/bytes.h>\n"),
    (None, "src/main/a.cc", '#include "store/memory.h"\n#include "api/api.h"\n'),
    (None, "src/http/a.cc", '#include "http/fields.h"\n#include "base/bytes.h"\n'),
    # third-party headers
    ("third_party_headers", "src/core/a.cc", "#include <sqlite3.h>\n"),
    ("third_party_headers", "src/store/a.h", _header("#include <sqlite3.h>\n")),
    ("third_party_headers", "src/api/a.cc", "#include <boost/beast.hpp>\n"),
    ("third_party_headers", "src/core/a.h", _header("#include <boost/asio/post.hpp>\n")),
    ("third_party_headers", "src/base/a.cc", "#include <boost/regex.hpp>\n"),
    ("third_party_headers", "src/base/a.cc", "#include <curl/curl.h>\n"),
    ("third_party_headers", "src/base/a.cc", "#include <gtest/gtest.h>\n"),
    (None, "src/store/a.cc", "#include <sqlite3.h>\n#include <sys/stat.h>\n#include <vector>\n"),
    (None, "src/base/a_test.cc", "#include <gtest/gtest.h>\n"),
    # awaits
    ("awaits", "src/core/a.cc", _body("co_await f({.key = k});")),
    ("awaits", "src/core/a.cc", _body("co_await f(\n      a,\n      Key{k});")),
    ("awaits", "src/core/a.cc", _body("auto x = b ? co_await f() : std::string();")),
    ("awaits", "src/core/a.cc", _body("auto x = co_await f(b ? 1 : 2) ? 3 : 4;")),
    ("awaits", "src/core/a.cc", _body("Options o{.key = co_await f()};")),
    ("awaits", "src/core/a.cc", _body("co_await on(pool, [s] { return s; });")),
    ("awaits", "src/core/a.cc", _body("if (co_await f()) g();")),
    ("awaits", "src/core/a.cc", _body("if (!co_await f()) g();")),
    ("awaits", "src/core/a.cc", _body("if (a &&\n      co_await f()) {\n    g();\n  }")),
    ("awaits", "src/core/a.cc", _body("if (auto x = co_await f(a)) g();")),
    ("awaits", "src/core/a.cc", _body("while (co_await f()) g();")),
    ("awaits", "src/core/a.cc", _body("switch (co_await f()) { default: break; }")),
    ("awaits", "src/core/a.cc", _body("for (auto& x : co_await f()) g(x);")),
    ("awaits", "src/core/a.cc", _body("g(co_await f());")),
    ("awaits", "src/core/a.cc", _body("auto x = (co_await f()).size();")),
    ("awaits", "src/core/a.cc", _body("auto x = co_await f() + 1;")),
    ("awaits", "src/core/a.cc", _body("auto x = co_await f(co_await g());")),
    ("awaits", "src/core/a.cc", _body("co_return Answer{co_await f()};")),
    ("awaits", "src/core/a.cc", _body("co_return !co_await f();")),
    ("awaits", "src/core/a.cc", _body("try { g(); } catch (...) {\n co_await f();\n }")),
    ("awaits", "src/core/a.cc", _body("auto x = [i]() -> Task<void> { co_await f(i); }();")),
    (None, "src/core/a.cc", _body("auto x = co_await f(a, b);")),
    (None, "src/core/a.cc", _body("const auto [a, b] = co_await f(\n      a,\n      b);")),
    (None, "src/core/a.cc", _body("std::optional<std::pair<A, B>> x = co_await f<int>(a);")),
    (None, "src/core/a.cc", _body("rows.last[0].name_ = co_await f(std::move(a));")),
    (None, "src/core/a.cc", _body("if (i > 0) co_await f(i);")),
    (None, "src/core/a.cc", _body("for (; i < 9; ++i) x = co_await f(i);")),
    (None, "src/core/a.cc", _body("switch (i) {\n    case 1: co_return co_await f(i);\n  }")),
    (None, "src/core/a.cc", _body("co_await f(a);  // not if (co_await f()) {}")),
    (None, "src/core/a.cc", _body('log("if (co_await f({}))");')),
    (None, "src/core/a.cc", _body("auto job = [&]() -> Task<void> { co_await f(i); };")),
    (None, "src/core/a.cc", _body("co_await (stop || timer);")),
    # shape
    ("lengths", "src/core/a.cc", "// " + "x" * 98 + "\n"),
    ("lengths", "src/core/a.cc", "int i;\n" * 501),
    ("lengths", "src/core/a.cc", _LONG_FUNCTION),
    ("lengths", "src/core/a.cc", "namespace a {\nclass B {\n" + _LONG_FUNCTION + "};\n}\n"),
    (None, "src/core/a.cc", "// " + "ä" * 97 + "\n"),
    (None, "src/core/a.cc", "namespace a {\n" + "int i;\n" * 90 + "}\n"),
    (None, "src/core/a.cc", "const char* text = R\"(\n" + "line {\n" * 90 + ")\";\n"),
    ("pragma_once", "src/core/a.h", "int f();\n"),
    # calls
    ("banned_calls", "src/core/a.cc", 'auto x = std::getenv("HOME");\n'),
    ("banned_calls", "src/core/a.cc", "int x = std::rand();\n"),
    ("banned_calls", "src/core/a.cc", "std::random_device device;\n"),
    ("banned_calls", "src/core/a.cc", "auto x = std::chrono::system_clock::now();\n"),
    ("banned_calls", "src/core/a.cc", "void f() { sprintf(a, b); }\n"),
    ("banned_calls", "src/core/a.cc", "void f() { std::thread(g).detach(); }\n"),
    ("banned_calls", "src/core/a.cc", "using namespace std;\n"),
    (None, "src/main/a.cc", 'auto x = std::getenv("HOME");\n'),
    (None, "src/base/log.cc", "auto x = std::chrono::system_clock::now();\n"),
    (None, "src/core/a.cc", "snprintf(a, b, c); env.now(); env.fill_random(bytes); operand(x);\n"),
    (None, "src/store/a.cc", "stop(system_clock::now());  // tidy: a wait, not a fact\n"),
    # names
    ("names", "src/core/a.cc", "int get_size();\n"),
    ("names", "src/core/a.cc", "void handle_request();\n"),
    ("names", "src/core/a.cc", "class UploadManager {};\n"),
    ("names", "src/core/a.cc", "void string_helper();\n"),
    ("names", "src/core/string_utils.cc", "int i;\n"),
    (None, "src/core/a.cc", "auto* x = std::get_if<int>(&v);\nint handle_;\nint futile;\n"),
    (None, "src/core/a.cc", "#include <utility>\nauto id = std::this_thread::get_id();\n"),
    ("test_names", "src/core/a_test.cc", "TEST(range_test, ParsesOne) {}\n"),
    ("test_names", "src/core/a_test.cc", "TEST(RangeTest, Works) {}\n"),
    (None, "src/core/a_test.cc", "TEST(RangeTest, parses_one_range) {}\n"),
    (None, "src/core/a_test.cc", "TEST(RangeTest, ParsesOneRange) {}\n"),
    # every text
    ("unkept_promises", "src/core/a.cc", "// TO" + "DO: later\n"),
    ("unkept_promises", "README.md", "# Title\n\nFIX" + "ME\n"),
    ("machine_paths", "README.md", "# Title\n\nSee /hom" + "e/ann/tapes.\n"),
    ("machine_paths", "tests/a.py", 'FOLDER = "/wor' + 'k/here"\n'),
    ("whitespace", "src/core/a.cc", "int i; \n"),
    ("whitespace", "src/core/a.cc", "int i;"),
    ("one_title", "docs/a.md", "No title.\n"),
    ("one_title", "docs/a.md", "# One\n\n# Two\n"),
    (None, "docs/a.md", "# One\n\n```\n# a comment\n```\n\n## Two\n"),
]
