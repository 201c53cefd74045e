"""Writes expressions.json: random expressions, from a fixed seed, with what Python's Jinja2 makes of them.

An expression that is an error in Jinja2 expects null. Run by hand when the grammar of the generator changes.
"""

import json
import pathlib
import random
import warnings

import importlib.util

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("check_cases", here / "check-cases.py")
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)

CONTEXT = {"n": 7, "f": 2.5, "s": "Hello World", "l": [3, 1, 2], "d": {"a": 1, "b": [1, 2]}, "z": None, "t": True}
ATOMS = ["0", "1", "2", "-3", "10", "2.0", "0.5", "1e3", "'a'", "'b c'", "''", "true", "false", "none", "[]", "{}",
         "[1, 2]", "(1,)", "n", "f", "s", "l", "d", "z", "t", "missing", "d.a", "d['b']", "l[0]", "s[1:3]", "l[::-1]",
         "9007199254740993", "range(3)"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]
FILTERS = ["abs", "string", "length", "upper", "lower", "list", "first", "last", "sum", "sort", "int", "float",
           "default('x')", "join('-')", "round", "round(1)", "title", "trim", "reverse|list", "unique|list", "max",
           "min", "tojson", "replace('a', 'b')", "batch(2)|list", "map('string')|list", "select('odd')|list"]
TESTS = ["defined", "none", "string", "number", "integer", "float", "odd", "mapping", "sequence", "iterable",
         "divisibleby(2)", "boolean", "in [1, 2]", "eq 1", "sameas none"]


def expression(rng, depth):
    if depth == 0 or rng.random() < 0.12:
        return rng.choice(ATOMS)
    sub = lambda: expression(rng, depth - 1)
    kind = rng.random()
    if kind < 0.45:
        return f"({sub()} {rng.choice(BINARY)} {sub()})"
    if kind < 0.5:
        return f"{sub()} {rng.choice(BINARY[:8])} {sub()}"
    if kind < 0.65:
        return f"({sub()})|{rng.choice(FILTERS)}"
    if kind < 0.75:
        return f"({sub()} is {rng.choice(['', 'not '])}{rng.choice(TESTS)})"
    if kind < 0.8:
        return f"(not {sub()})"
    if kind < 0.84:
        return f"(-{sub()})"
    if kind < 0.88:
        return f"[{sub()}, {sub()}]"
    if kind < 0.91:
        return f"({sub()} if {sub()} else {sub()})"
    if kind < 0.94:
        return f"{{'k': {sub()}, 1: {sub()}}}"
    if kind < 0.97:
        return f"({sub()}, {sub()})[{rng.choice(['0', '1', '-1', ':1', '5'])}]"
    return f"('%s' % ({sub()},))"


def main():
    warnings.simplefilter("ignore")
    rng = random.Random(20261121)
    cases = []
    while len(cases) < 1500:
        template = "{{ " + expression(rng, rng.randint(1, 4)) + " }}"
        case = {"name": f"expression {len(cases) + 1}", "template": template}
        text = check.render(case, CONTEXT)
        unstable = text is not None and (" at 0x" in text or len(text) > 2000)
        # Errors are most of what random trees give; a part of them is enough.
        if unstable or (text is None and rng.random() < 0.8):
            continue
        case["expected"] = text
        cases.append(case)
    content = {"context": CONTEXT, "cases": cases}
    (here / "expressions.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


main()
