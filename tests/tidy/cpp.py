"""C++ read just well enough for the rules: no comments, no strings, braces matched."""

import re
from dataclasses import dataclass

_LITERAL = re.compile(
    r'''//[^\n]*
      | /\*.*?\*/
      | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.[^'\n]*|[^'\\\n])'
    ''',
    re.DOTALL | re.VERBOSE,
)


def code_of(text):
    """The text with comments blanked and literals emptied; every line keeps its number."""

    def blank(match):
        found = match.group(0)
        lines = "\n" * found.count("\n")
        if found.startswith("/"):
            return " " + lines
        return ('""' if '"' in found[:2] else "' '") + lines

    return _LITERAL.sub(blank, text)


def line_at(text, position):
    return text.count("\n", 0, position) + 1


def close_of(code, opening):
    """Where the bracket at `opening` closes; the end of the code when it never does."""
    depth = 0
    for at in range(opening, len(code)):
        if code[at] in "({[":
            depth += 1
        elif code[at] in ")}]":
            depth -= 1
            if depth == 0:
                return at
    return len(code)


def without_preprocessor(code):
    """Blanks # lines and the lines they go on in."""
    return re.sub(
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
        lambda match: "\n" * match.group(0).count("\n"),
        code,
        flags=re.MULTILINE,
    )


@dataclass
class Function:
    name: str
    first_line: int
    last_line: int

    @property
    def lines(self):
        return self.last_line - self.first_line + 1


_SCOPE = re.compile(r"\b(namespace|class|struct|enum|union|extern)\b(?![^(]*\()")
_NOT_A_NAME = {"if", "for", "while", "switch", "catch", "return", "requires", "sizeof"}
_CALL = re.compile(r"([~\w:]+|operator\W+)\s*\(")


def functions_of(code):
    """Function bodies that lie in no other function. Lambdas belong to the function around them."""
    code = without_preprocessor(code)
    functions = []
    start = 0  # of the text that leads to the next brace
    at = 0
    parentheses = 0
    while at < len(code):
        letter = code[at]
        if letter == "(":
            parentheses += 1
        elif letter == ")":
            parentheses -= 1
        elif letter in ";}" and parentheses == 0:
            start = at + 1
        elif letter == "{" and parentheses == 0:
            head = code[start:at]
            call = _CALL.search(head)
            is_scope = _SCOPE.search(head) and not (call and ")" in head)
            if is_scope or not call or head.rstrip().endswith("="):
                if not is_scope:
                    at = close_of(code, at)
            elif call.group(1) not in _NOT_A_NAME:
                end = close_of(code, at)
                first = start + len(head) - len(head.lstrip())
                functions.append(
                    Function(call.group(1), line_at(code, first), line_at(code, end))
                )
                at = end
            start = at + 1
        at += 1
    return functions
