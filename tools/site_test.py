"""The built site as a reader meets it, in a real browser: `python tools/site_test.py [FOLDER]`, by default _docs.

Every page opens without an error on the console and every picture loads; no raw Markdown or LaTeX in the text; every
internal link and anchor leads somewhere; the search finds what it should; a phone shows each page without sideways
scrolling; light and dark both are readable. Needs `playwright` and a Chromium that is installed (Debian's `chromium`).
"""
import http.server
import re
import shutil
import sys
import threading
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SEARCHES = {"Letterbox": "02_resize", "CompressorMap": "compressor_map", "surge line": "speedlines"}
HARMLESS = ("Got invalid theme mode",)  # the theme's own note on a visitor's first page
RAW = {"a link": r"\]\([^)\s]+\)", "bold": r"\*\*\w", "a fence": r"```", "a directive": r"^#\|",
       "LaTeX": r"\\(frac|sum|mathrm|begin)\b|\$\$", "HTML": r"</?(div|span|img|br)\b"}
TEXT = """() => {const page = document.querySelector('article, main').cloneNode(true);
    page.querySelectorAll('pre, code, script, noscript, .math, mjx-container').forEach(o => o.remove());
    return page.textContent}"""
PICTURES = "() => [...document.images].filter(o => !o.complete || !o.naturalWidth).map(o => o.src)"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CONTRAST = """() => {const lum = c => {const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => {x /= 255;
        return x <= .03928 ? x/12.92 : ((x + .055)/1.055)**2.4}); return .2126*v[0] + .7152*v[1] + .0722*v[2]};
    const p = document.querySelector('article p, main p'); let e = p;
    while (e && /rgba\\(0, 0, 0, 0\\)|transparent/.test(getComputedStyle(e).backgroundColor)) e = e.parentElement;
    const [a, b] = [lum(getComputedStyle(p).color), lum(getComputedStyle(e || document.body).backgroundColor)];
    return (Math.max(a, b) + .05)/(Math.min(a, b) + .05)}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    "A server of files that says nothing."
    def log_message(self, *args): pass


def serve(folder):
    "Serve a folder on the loopback; its address."
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def open_page(page, address):
    "Open a page and wait for its pictures; what went wrong."
    said = []
    def on_console(m):
        if m.type == "error" and not m.text.startswith(HARMLESS): said.append(f"console: {m.text[:200]}")
    page.on("console", on_console)
    page.on("pageerror", lambda e: said.append(f"error: {str(e)[:200]}"))
    response = page.goto(address, wait_until="load")
    if not response.ok: said.append(f"status {response.status}")
    page.evaluate("() => document.querySelectorAll('img').forEach(o => o.loading = 'eager')")
    page.wait_for_load_state("networkidle")
    said += [f"picture does not load: {o}" for o in page.evaluate(PICTURES)]
    return said


def read(browser, address, names):
    "Open every page wide and narrow: ({name: problems}, {name: its anchors}, {name: its links})."
    problems, anchors, links = {}, {}, {}
    for name in names:
        page = browser.new_page(viewport=dict(width=1280, height=900))
        said = open_page(page, address + name)
        text = page.evaluate(TEXT)
        for what, pattern in RAW.items():
            if m := re.search(pattern, text, re.MULTILINE):
                said.append(f"raw text, {what}: ...{' '.join(text[max(0, m.start() - 40):m.end() + 40].split())}...")
        anchors[name] = set(page.evaluate("() => [...document.querySelectorAll('[id]')].map(o => o.id)"))
        links[name] = set(page.evaluate("() => [...document.links].map(o => o.href)"))
        page.set_viewport_size(dict(width=375, height=800))
        if (wide := page.evaluate(TOO_WIDE)) > 1: said.append(f"a phone must scroll sideways by {wide} pixels")
        problems[name] = said
        page.close()
    return problems, anchors, links


def dead_links(address, anchors, links, folder):
    "Internal links that lead nowhere: {name: problems}."
    found = {}
    for name, targets in links.items():
        for target in sorted(targets):
            path, anchor = urldefrag(urljoin(address + name, target))
            if not path.startswith(address): continue
            file = unquote(path.removeprefix(address)) or "index.html"
            if not (folder / file).is_file(): found.setdefault(name, []).append(f"link to {file}, which is not there")
            elif anchor and file in anchors and unquote(anchor) not in anchors[file]:
                found.setdefault(name, []).append(f"link to {file}#{anchor}, which has no such anchor")
    return found


def search(browser, address):
    "What the search does not find."
    said = []
    for query, wanted in SEARCHES.items():
        page = browser.new_page()
        page.goto(f"{address}search.html?q={query.replace(' ', '+')}")
        try: page.wait_for_selector("#search-results li", timeout=20_000)
        except Exception: pass
        page.wait_for_timeout(500)
        found = page.evaluate("() => [...document.querySelectorAll('#search-results li a')].map(o => o.pathname)")
        if not any(wanted in o for o in found): said.append(f"the search for {query!r} finds {found[:5]}")
        page.close()
    return said


def themes(browser, address):
    "Is the text readable in light and in dark, and are they two?"
    said, grounds = [], set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(address)
        ratio, ground = page.evaluate(CONTRAST), page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        if ratio < 4.5: said.append(f"{scheme}: the text's contrast is {ratio:.1f}, not 4.5")
        grounds.add(ground)
        context.close()
    if len(grounds) < 2: said.append("light and dark look the same")
    return said


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_docs").resolve()
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.html") if "_static" not in p.parts)
    if "index.html" not in names: raise SystemExit(f"{folder}: no site here; `make docs` builds it")
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
    if not chromium: raise SystemExit("no Chromium: install Debian's package chromium, or Chrome")
    address = serve(folder)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        problems, anchors, links = read(browser, address, names)
        for name, said in dead_links(address, anchors, links, folder).items(): problems[name] += said
        problems["the search"], problems["light and dark"] = search(browser, address), themes(browser, address)
        browser.close()
    bad = {name: said for name, said in problems.items() if said}
    for name, said in bad.items(): print(f"{name}:", *said, sep="\n    ")
    n_links = sum(urljoin(address, o).startswith(address) for targets in links.values() for o in targets)
    print(f"{len(names)} pages, {n_links} internal links, {sum(map(len, bad.values()))} problems")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
