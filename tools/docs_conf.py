"Sphinx settings of the documentation site; tools/docs.py copies this file beside the pages."
from configparser import ConfigParser
from pathlib import Path

parser = ConfigParser(delimiters=["="], interpolation=None)
parser.read(Path(__file__).resolve().parent.parent / "settings.ini", encoding="utf-8")
settings = parser["DEFAULT"]

project, author, release = settings["title"], settings["author"], settings["version"]
project_copyright = settings["copyright"]

extensions = ["myst_nb", "sphinx-mathjax-offline"]  # formulas without asking another server
source_suffix = {".ipynb": "myst-nb", ".md": "myst-nb"}
exclude_patterns = ["jupyter_execute"]
nb_execution_mode = "off"  # what a page shows is what the notebook holds
nb_render_markdown_format = "myst"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header", "misc.highlighting_failure"]

html_theme = "sphinx_book_theme"
html_title = settings["title"]
html_theme_options = {
    "repository_url": settings["git_url"],
    "repository_branch": settings["branch"],
    "path_to_docs": settings["nbs_path"],
    "use_repository_button": True,
    "use_source_button": True,
    "use_download_button": False,  # the repository button leads to the notebook itself
    "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    "show_toc_level": 2,
    "navbar_persistent": [],
}
html_copy_source = False
html_static_path, html_css_files, html_favicon = ["_static"], ["custom.css"], "_static/favicon.svg"
