"""The rules of STYLE.md and ARCHITECTURE.md that a machine can check, one function each.

Every rule takes a Source and yields (line, message)."""

import re
from dataclasses import dataclass
from functools import cached_property

from await_rule import await_faults
from cpp import code_of, functions_of, line_at, without_preprocessor

COLUMNS_MAX = 100
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70


@dataclass
class Source:
    path: str  # from the root of the repository
    text: str
    floors: dict  # room: the rooms it may include

    @cached_property
    def code(self):
        return code_of(self.text)

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @property
    def is_cpp(self):
        return self.path.endswith((".cc", ".h"))

    @property
    def is_header(self):
        return self.path.endswith(".h")

    @property
    def is_code(self):
        return self.is_cpp or self.path.endswith((".py", ".sh")) or self.path in ("run", "test")

    @property
    def is_test(self):
        return self.path.endswith("_test.cc") or self.path.startswith("tests/")

    @property
    def room(self):
        match = re.match(r"src/(\w+)/", self.path)
        return match.group(1) if match else None

    def excused(self, line):
        """A line that says `tidy:` and why stands outside the banned calls."""
        return re.search(r"\btidy: \w+", self.lines[line - 1]) is not None

    def matches(self, pattern, code=None):
        """(line, match) for each match in code that is not excused."""
        for match in re.finditer(pattern, self.code if code is None else code):
            line = line_at(self.code, match.start())
            if not self.excused(line):
                yield line, match


def floors_of(cmake_lists):
    """{"store": {"core", "http", "base"}, …} from the room() lines."""
    floors = {}
    for match in re.finditer(r"^room\((\w+)(?:\s+USES\s+([\w\s]+))?\)", cmake_lists, re.M):
        floors[match.group(1)] = set((match.group(2) or "").split())
    return floors


# ---- includes ------------------------------------------------------------------------------------

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def floors(source):
    """A room includes what it USES, and nothing else of ours."""
    for match in _INCLUDE.finditer(source.text):
        line, (kind, name) = line_at(source.text, match.start()), match.groups()
        room = name.split("/")[0]
        if room not in source.floors:
            if kind == '"' and source.room:
                yield line, f'"{name}" is in no room: write it as "room/file.h"'
            continue
        if kind == "<":
            yield line, f'ours is included as "{name}"'
        elif source.room and room != source.room and room not in source.floors[source.room]:
            yield line, f"{source.room} may not include {room} (see room() in CMakeLists.txt)"


# Which rooms may name a third-party header; a room with "*" may in its headers too.
_OWNERS = [
    (r"boost/(asio|system)", {"base*", "http*", "store", "core", "api", "main*"}),
    (r"boost/json", {"base*"}),
    (r"boost/(beast|url)", {"http"}),
    (r"boost/", set()),
    (r"openssl/", {"base", "http"}),
    (r"sodium", {"base"}),
    (r"spdlog/", {"base"}),
    (r"fmt/", {"base", "http", "core", "store", "api", "main"}),
    (r"sqlite3\.h", {"store"}),
    (r"(CLI/|toml\+\+/|prometheus/|ares\.h$|zlib\.h$)", {"main"}),
    (r"(gtest|gmock)/", set()),  # tests
]
_POSIX = re.compile(
    r"^(sys|netinet|arpa|net|linux)/\w+\.h$|^(unistd|fcntl|poll|netdb|termios|signal|grp|pwd|dirent"
    r"|errno|time|stdlib|stdio|string|limits|sched|pthread|dlfcn|getopt|endian|stdint|malloc"
    r"|spawn|elf)\.h$"
)


def third_party_headers(source):
    """A third-party header stays in the .cc files of the room that owns it."""
    for match in _INCLUDE.finditer(source.text):
        line, (kind, name) = line_at(source.text, match.start()), match.groups()
        if kind == '"' or re.fullmatch(r"\w+", name) or _POSIX.match(name):
            continue
        if source.is_header and name.startswith(("gtest/", "gmock/")):
            continue  # a double that tests share; a program cannot link it
        if name.split("/")[0] in source.floors:
            continue  # the other rule's
        if source.path == "cmake/precompiled.h" or source.is_test or not source.room:
            continue
        owners = next((who for pattern, who in _OWNERS if re.match(pattern, name)), None)
        if owners is None:
            yield line, f"<{name}> belongs to no room (see ARCHITECTURE.md)"
        elif source.room + "*" in owners:
            continue
        elif source.room not in owners:
            yield line, f"<{name}> is not {source.room}'s to include"
        elif source.is_header:
            yield line, f"<{name}> in a header: it stays in the room's .cc files"


# ---- shape ---------------------------------------------------------------------------------------


def lengths(source):
    """Columns, lines of a file, lines of a function."""
    for number, line in enumerate(source.lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, of {COLUMNS_MAX}"
    if len(source.lines) > FILE_LINES_MAX:
        yield FILE_LINES_MAX, f"{len(source.lines)} lines in one file, of {FILE_LINES_MAX}"
    if source.is_cpp:
        for function in functions_of(source.code):
            if function.lines > FUNCTION_LINES_MAX:
                yield function.first_line, (
                    f"{function.name} has {function.lines} lines, of {FUNCTION_LINES_MAX}"
                )


def pragma_once(source):
    """Every header begins with it."""
    if source.is_header and not re.search(r"^#pragma once$", source.text, re.M):
        yield 1, "a header without #pragma once"


def awaits(source):
    """docs/decisions/0003."""
    for line, fault in await_faults(source.code):
        yield line, fault


# ---- calls ---------------------------------------------------------------------------------------

_BANNED_CALLS = [
    (r"\b(secure_)?getenv\s*\(|\b(un)?setenv\s*\(|\bputenv\s*\(", ("src/main/", "tests/", "bench/"),
     "the environment is read in main only: pass the value"),
    (r"(?<![\w.>])(s?rand|d?rand48|random)\s*\(|\brandom_device\b", ("src/base/env.cc", "bench/"),
     "random numbers come from Env"),
    (r"\b(system_clock::now|gettimeofday|clock_gettime)\s*\(|(?<![\w.>:])time\s*\(\s*(0|nullptr)",
     ("src/base/env.cc", "src/base/log.cc", "tests/", "bench/"), "the time comes from Env"),
    (r"\b(strcpy|strcat|v?sprintf|gets|strtok|tmpnam|mktemp|alloca)\s*\(", (),
     "unsafe; use std::string, snprintf, mkstemp"),
    (r"\.\s*detach\s*\(\s*\)", (), "a thread without an owner: keep it and join it"),
    (r"\busing\s+namespace\s+std\s*;", (), "name what you use"),
    (r"\bvolatile\b", (), "volatile is not for threads: use std::atomic"),
]


def banned_calls(source):
    """What nobody calls, or one place only."""
    for pattern, places, advice in _BANNED_CALLS:
        if any(source.path.startswith(place) for place in places):
            continue
        for line, match in source.matches(pattern):
            yield line, f"`{' '.join(match.group(0).split())}`: {advice}"


# ---- names ---------------------------------------------------------------------------------------

# Foreign functions that are declared, or called without a `.`, `->` or `::`, under these names.
_FOREIGN_NAMES = {"get_executor", "get_cancellation_slot",
                  "get_allocator", "get_return_object", "get_id", "get_if"}
_EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers"}


def _words(identifier):
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier)
    return [word.lower() for word in re.split(r"[_\W]+", spaced) if word]


def names(source):
    """Never get_, handle_, util, helper, manager: they say nothing."""
    for word in _words(source.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]):
        if word in _EMPTY_WORDS:
            yield 1, f"a file named {word}: name it for its subject"
    code = without_preprocessor(source.code)
    for line, match in source.matches(r"(?<![\w.:>])(?:get|handle)_\w+", code):
        if match.group(0) not in _FOREIGN_NAMES:
            yield line, f"`{match.group(0)}`: say what it does (find_, list_, parse_, make_…)"
    for line, match in source.matches(r"\b\w*(?:[Uu]til|[Hh]elper|[Mm]anager)\w*", code):
        if _EMPTY_WORDS & set(_words(match.group(0))):
            yield line, f"`{match.group(0)}` says nothing: name it for what it does"


def test_names(source):
    """TEST(SubjectTest, is_a_sentence), or IsASentence."""
    if not source.is_cpp:
        return
    pattern = r"^(TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)"
    for match in re.finditer(pattern, source.code, re.M):
        line, (_, suite, name) = line_at(source.code, match.start()), match.groups()
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]+", suite):
            yield line, f"the suite {suite} is not CamelCase"
        if len(_words(name)) < 2:
            yield line, f"{name} is not a sentence"


# ---- every text ----------------------------------------------------------------------------------

# Written in two halves, so that this file does not catch itself.
_PROMISES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b(?!ING)")
_MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:wor" + r"k|roo" + r"t|hom" + r"e/\w+|Use" + r"rs)/\w")
_REGISTRIES = re.compile(r"\bnpm" + r"js\.(?:org|com)|\bpy" + r"pi\.org|\bcrates\.i" + r"o\b")


def unkept_promises(source):
    """Unfinished work is an issue, not a comment."""
    for number, line in enumerate(source.lines, 1):
        found = _PROMISES.search(line)
        if found:
            yield number, f"`{found.group(0)}`: do it, or write an issue"


def machine_paths(source):
    """Nobody else has that folder."""
    for number, line in enumerate(source.lines, 1):
        found = _MACHINE_PATHS.search(line) or _REGISTRIES.search(line)
        if found:
            yield number, f"`{found.group(0)}`: a place of one machine, or of a registry"


def whitespace(source):
    """Lines end where their text does, and files with one line break."""
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip() and not source.path.endswith(".md"):
            yield number, "spaces at the end of the line"
        if "\t" in line and source.is_code:
            yield number, "a tab"
    if source.text and (not source.text.endswith("\n") or source.text.endswith("\n\n")):
        yield len(source.lines), "the file must end with one line break"


def one_title(source):
    """A document has one `# Title`, in its first line."""
    fenced = False
    titles = []
    for number, line in enumerate(source.lines, 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif line.startswith("# ") and not fenced:
            titles.append(number)
    if titles != [1]:
        yield titles[1] if len(titles) > 1 else 1, "one `# Title`, in the first line"


CPP_RULES = [floors, third_party_headers, pragma_once, awaits, banned_calls, names, test_names]
CODE_RULES = [lengths]
TEXT_RULES = [unkept_promises, machine_paths, whitespace]


def rules_for(source):
    rules = list(TEXT_RULES)
    if source.is_code:
        rules += CODE_RULES
    if source.is_cpp:
        rules += CPP_RULES
    if source.path.endswith(".md"):
        rules.append(one_title)
    return rules


def findings(source):
    """(line, rule, message) of everything wrong with the file."""
    for rule in rules_for(source):
        for line, message in rule(source):
            yield line, rule.__name__, message
