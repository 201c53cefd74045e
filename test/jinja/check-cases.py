"""Asserts that Python's Jinja2 prints what cases.json, expressions.json and statements.json expect of lib/jinja.

A file is {"context": shared by all, "cases": [{name, template, context, options, expected}]}; expected is null
where Jinja2 raises an error. Needs jinja2 (3.1 or newer); takes the files as arguments, or uses those beside it. Exit code 1 names what differs.
With --update the expected texts are written anew from Jinja2.
"""

import json
import pathlib
import sys

import jinja2

OPTIONS = {
    "trimBlocks": "trim_blocks",
    "lstripBlocks": "lstrip_blocks",
    "keepTrailingNewline": "keep_trailing_newline",
}


def environment(options):
    return jinja2.Environment(
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        **{OPTIONS[name]: value for name, value in options.items()},
    )


def render(case, context):
    """The text, or None where Jinja2 raises an error (such a case expects null)."""
    try:
        template = environment(case.get("options", {})).from_string(case["template"])
        return template.render(case.get("context", context))
    except Exception:
        return None


def main(arguments):
    update = "--update" in arguments
    given = [pathlib.Path(name) for name in arguments if name != "--update"]
    here = pathlib.Path(__file__).parent
    files = given or [here / f"{name}.json" for name in ("cases", "expressions", "statements")]
    wrong = 0
    for file in files:
        content = json.loads(file.read_text())
        cases = content["cases"]
        for case in cases:
            text = render(case, content.get("context", {}))
            if update:
                case["expected"] = text
            elif text != case["expected"]:
                wrong += 1
                print(f"{file.name}: {case['name']}: expected {case['expected']!r}, Jinja2 gives {text!r}")
        if update:
            file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        print(f"{file.name}: {len(cases)} cases")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
