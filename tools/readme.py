"""README.md from nbs/index.ipynb: `readme.py` writes it, `readme.py --check` says whether it is what that gives.

What a reader of the notebook sees is what the README shows: text as it is, code with its output, figures as files
beside it. Cells that say `#| hide` or `#| export` stay out. The notebook lives in nbs/ and the README above it, so
relative links are rewritten - and must lead somewhere. The same notebook gives the same bytes, whatever the machine.
"""
import base64
import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "nbs" / "index.ipynb"
README = ROOT / "README.md"
FIGURES = ROOT / "nbs" / "index_files"

HIDDEN = {"hide", "export", "exporti", "default_exp"}
directive = re.compile(r"^\s*#\|\s*(\S+)", re.MULTILINE)
ansi = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
link = re.compile(r"(\]\()([^)\s#]+)([^)]*\))|(<img[^>]*\ssrc=\")([^\"]+)(\")")


def text_of(value):
    "nbformat keeps text as one string or as a list of lines."
    return value if isinstance(value, str) else "".join(value)


def relink(markdown, missing):
    "Links relative to nbs/, made relative to the top folder; those that lead nowhere are added to `missing`."
    def fix(m):
        before, target, after = m.groups()[:3] if m[1] else m.groups()[3:]
        if re.match(r"[a-z]+:", target): return m[0]
        path = Path(os.path.normpath(NOTEBOOK.parent / target))
        if not path.exists(): missing.append(target)
        return f"{before}{path.relative_to(ROOT).as_posix()}{after}"

    parts = re.split(r"(^```.*?^```[^\n]*$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(p if p.startswith("```") else link.sub(fix, p) for p in parts)


def output_blocks(cell, number, figures, missing):
    "The Markdown of a code cell's outputs; pictures go into `figures` under their file names."
    for i, out in enumerate(cell.get("outputs", [])):
        if out["output_type"] == "error": raise SystemExit(f"index.ipynb: cell {number} ended in a {out['ename']}")
        if out["output_type"] == "stream":
            if out["name"] == "stdout": yield f"```text\n{ansi.sub('', text_of(out['text'])).rstrip()}\n```"
            continue
        data = out["data"]
        picture = next((o for o in ("image/svg+xml", "image/png", "image/jpeg") if o in data), None)
        if picture:
            name = f"cell-{number:02d}-output-{i + 1}.{picture.split('/')[1].split('+')[0].replace('jpeg', 'jpg')}"
            content = text_of(data[picture])
            figures[name] = content.encode() if "svg" in picture else base64.b64decode(content)
            alt = text_of(data.get("text/plain", "figure"))
            alt = directive_value(cell, "fig-alt") or ("figure" if alt.startswith("<") else alt)
            yield f"![{alt}](nbs/{FIGURES.name}/{name})"
        elif "text/markdown" in data: yield relink(text_of(data["text/markdown"]).strip(), missing)
        elif "text/plain" in data: yield f"```text\n{ansi.sub('', text_of(data['text/plain'])).rstrip()}\n```"


def directive_value(cell, name):
    "What follows `#| name:` in a cell."
    m = re.search(rf"^\s*#\|\s*{name}:\s*(.+?)\s*$", text_of(cell["source"]), re.MULTILINE)
    return m and m[1]


def render(nb):
    "`(readme text, {figure name: bytes}, [links that lead nowhere])` of a notebook."
    blocks, figures, missing = [], {}, []
    for number, cell in enumerate(nb["cells"]):
        source = text_of(cell["source"])
        said = set(directive.findall(source))
        if not source.strip() or cell["cell_type"] == "raw" or said & HIDDEN: continue
        if cell["cell_type"] == "markdown":
            blocks.append(relink(source.strip(), missing))
            continue
        shown = "\n".join(o for o in source.splitlines() if not directive.match(o)).strip()
        if shown and directive_value(cell, "echo") != "false": blocks.append(f"```python\n{shown}\n```")
        blocks += output_blocks(cell, number, figures, missing)
    return "\n\n".join(blocks) + "\n", figures, missing


def main():
    readme, figures, missing = render(json.loads(NOTEBOOK.read_text(encoding="utf-8")))
    if missing: raise SystemExit(f"index.ipynb: links that lead nowhere: {', '.join(missing)}")
    unlisted = [o.name for o in sorted(NOTEBOOK.parent.glob("[0-9]*.ipynb")) if f"nbs/{o.name}" not in readme]
    if unlisted: raise SystemExit(f"index.ipynb does not list {', '.join(unlisted)}: run it again")
    there = {o.name: o.read_bytes() for o in FIGURES.glob("*")} if FIGURES.exists() else {}
    same = README.exists() and README.read_bytes() == readme.encode() and there == figures
    if "--check" in sys.argv[1:]:
        if not same: raise SystemExit("README.md is not what nbs/index.ipynb gives: run `make readme`")
        return print("README.md is what nbs/index.ipynb gives")
    README.write_bytes(readme.encode())
    for name in there.keys() - figures.keys(): (FIGURES / name).unlink()
    if figures: FIGURES.mkdir(exist_ok=True)
    for name, content in figures.items(): (FIGURES / name).write_bytes(content)
    print(f"README.md: {len(readme.splitlines())} lines, {len(figures)} figures")


if __name__ == "__main__":
    main()
