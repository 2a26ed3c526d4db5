"""docs/decisions/0003: one await, one line, named arguments."""

import re

from cpp import close_of, line_at, without_preprocessor

# What may stand before an await in its statement: nothing, co_return, or one plain assignment.
_PLAIN_START = re.compile(
    r"""^(?: co_return
        | \(void\)
        | (?:static\s+|const\s+)* [\w:<>,&*\s]*? (?:\[[\w,\s]+\]|[\w.\->*\[\]]+) \s* =
        )?$""",
    re.VERBOSE | re.DOTALL,
)
_LABEL = re.compile(r"^(?:case\s+[\w:' ]+|default)\s*:(?!:)\s*")
_CONTROL = re.compile(r"^(?:else\s+)?(if|for|while|switch)\s*(?:constexpr\s*)?\(")
_BINARY = re.compile(r"\|\||&&|\?|==|!=|<=|>=|(?<=[\w)\]])\s+[-+/%<>|^]\s+")


def _statement_start(code, at):
    """Back to where the statement of the await at `at` begins."""
    depth = 0
    while at > 0:
        letter = code[at - 1]
        if letter == ")":
            depth += 1
        elif letter == "(":
            depth -= 1
        if letter in ";{}" and depth <= 0:
            break
        at -= 1
    return at


def _statement_end(code, at):
    """The semicolon of the statement, or the bracket that closes around it."""
    while at < len(code):
        if code[at] in "({[":
            at = close_of(code, at)
        elif code[at] in ";)}]":
            return at
        at += 1
    return at


def _without_heads(start):
    """Drops what may lead a plain statement: labels, `else`, `if (…)`, `for (…)`."""
    while True:
        start = start.strip()
        label = _LABEL.match(start)
        if label:
            start = start[label.end():]
            continue
        control = _CONTROL.match(start)
        if control:
            end = close_of(start, control.end() - 1)
            if end == len(start):
                return start, control.group(1)
            start = start[end + 1:]
            continue
        if re.match(r"(else|do|try)\b", start):
            start = re.sub(r"^\w+", "", start)
            continue
        return start, None


def _top_level(expression):
    """The expression with everything in brackets taken out."""
    out = []
    at = 0
    while at < len(expression):
        out.append(expression[at])
        if expression[at] in "({[":
            at = close_of(expression, at)
            out.append(expression[at:at + 1])
        at += 1
    return "".join(out)


def _fault(code, at):
    start, control = _without_heads(code[_statement_start(code, at):at])
    if control:
        return f"an await in the head of `{control}`: give its value a name on the line before"
    end = _statement_end(code, at)
    expression = code[at + len("co_await"):end]
    if "co_await" in expression or "co_await" in start:
        return "two awaits in one statement: give the first one's value a name"
    if "?" in start or "?" in _top_level(expression):
        return "an await beside `?:`: write an if"
    if "{" in expression:
        return "braces or a lambda in an await: give the argument a name"
    if not _PLAIN_START.match(start):
        return f"an await inside a larger expression, after `{' '.join(start.split())[-40:]}`"
    if code[end:end + 1] != ";":
        return "an await inside braces or an argument list: give its value a name"
    if _BINARY.search(_top_level(expression)):
        return "an operator after an await: give the awaited value a name"
    return None


def _inside(ranges, at):
    return any(first <= at <= last for first, last in ranges)


def _catch_blocks(code):
    for match in re.finditer(r"\bcatch\s*\(", code):
        brace = code.find("{", close_of(code, match.end() - 1))
        if brace >= 0:
            yield brace, close_of(code, brace)


def _lambdas_called_at_once(code):
    """Lambdas with captures that are called where they are written."""
    for match in re.finditer(r"\[[^\[\]]*[&=\w][^\[\]]*\]\s*\([^()]*\)[^;{}()]*\{", code):
        if re.search(r"\w\s*$", code[:match.start()]) and not re.search(
            r"\breturn\s*$", code[:match.start()]
        ):
            continue  # a subscript
        end = close_of(code, match.end() - 1)
        if code[end + 1:end + 3].lstrip().startswith("("):
            yield match.end() - 1, end


def await_faults(code):
    """(line, what is wrong) for every await that gcc 12.2 might miscompile."""
    code = without_preprocessor(code)
    catches = list(_catch_blocks(code))
    hasty = list(_lambdas_called_at_once(code))
    for match in re.finditer(r"\bco_await\b", code):
        fault = _fault(code, match.start())
        if not fault and _inside(catches, match.start()):
            fault = "an await in a catch block"
        if not fault and _inside(hasty, match.start()):
            fault = "a coroutine lambda with captures that dies before the coroutine does"
        if fault:
            yield line_at(code, match.start()), fault
