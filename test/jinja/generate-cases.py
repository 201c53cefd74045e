"""Writes expressions.json and statements.json: random ones, from a fixed seed, with what Jinja2 makes of them.

A template that is an error in Jinja2 expects null. Run by hand when the grammar of the generator changes.
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


NAMES = ["a", "b", "c", "outer"]


def statements(rng, depth, in_loop):
    return "".join(statement(rng, depth, in_loop) for _ in range(rng.randint(1, 4)))


def statement(rng, depth, in_loop):
    """A piece of template: mostly about which name means what where, and about whitespace."""
    name, other = rng.choice(NAMES), rng.choice(NAMES)
    if depth == 0 or rng.random() < 0.35:
        simple = [f"{{{{ {name} }}}}", f"{{% set {name} = {rng.randint(0, 9)} %}}", f"{{% set {name} = {other} ~ 'x' %}}",
                  f"[{{{{ {name} is defined }}}}]", f"{{% do seen.append({name}) %}}", f"{{{{ m({name}) }}}}",
                  " text ", "\n", "{#- c -#}", f"{{% set ns.v = {name} %}}{{{{ ns.v }}}}"]
        if in_loop:
            simple += ["{{ loop.index }}", "{% if loop.first %}{% continue %}{% endif %}", "{% if loop.last %}{% break %}{% endif %}"]
        return rng.choice(simple)
    body = lambda loop=in_loop: statements(rng, depth - 1, loop)
    sign = lambda: rng.choice(["", "", "-"])
    kinds = [
        lambda: f"{{%{sign()} if {name} is defined {sign()}%}}{body()}{{% else %}}{body()}{{% endif %}}",
        lambda: f"{{% if {name} == 3 %}}{body()}{{% elif {other} is none %}}{body()}{{%{sign()} endif %}}",
        lambda: f"{{% for {name} in [1, 2] %}}{body(True)}{{%{sign()} endfor %}}",
        lambda: f"{{% for {name} in [1, 2, 3] if {name} != 2 %}}{body(True)}{{% else %}}{body()}{{% endfor %}}",
        lambda: f"{{% for {name}, {other} in [(1, 2)] %}}{body(True)}{{% endfor %}}" if name != other else "",
        lambda: f"{{% with {name} = {other} %}}{body(False)}{{% endwith %}}",
        lambda: f"{{% set {name} %}}{body(False)}{{% endset %}}",
        lambda: f"{{% filter upper %}}{body(False)}{{% endfilter %}}",
        lambda: f"{{% macro f({name}, {other}={rng.randint(0, 9)}) %}}{body(False)}{{% endmacro %}}{{{{ f(5) }}}}{{{{ f({other}=1) }}}}" if name != other else "",
        lambda: f"{{% call({name}) w({other}) %}}{body(False)}{{% endcall %}}",
    ]
    return rng.choice(kinds)()


def template(rng):
    start = "{% set ns = namespace(v=0) %}{% set seen = [] %}{% macro m(x) %}<{{ x }}{{ a }}>{% endmacro %}"
    start += "{% macro w(x) %}({{ caller(x) }}{{ b }}){% endmacro %}"
    return start + statements(rng, rng.randint(1, 4), False) + "|{{ seen }}{{ a }}{{ b }}{{ c }}"


def write(file, make, count, context):
    """Cases that make(rng) gives: errors are most of what random trees are, so only a part of them is kept."""
    rng = random.Random(20261121)
    cases = []
    while len(cases) < count:
        case = {"name": f"{file} {len(cases) + 1}", "template": make(rng)}
        text = check.render(case, context)
        unstable = text is not None and (" at 0x" in text or len(text) > 2000)
        if unstable or (text is None and rng.random() < 0.8):
            continue
        case["expected"] = text
        cases.append(case)
    content = {"context": context, "cases": cases}
    (here / f"{file}.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


warnings.simplefilter("ignore")
write("expressions", lambda rng: "{{ " + expression(rng, rng.randint(1, 4)) + " }}", 1500, CONTEXT)
write("statements", template, 600, {"outer": "ctx", "a": "A"})
