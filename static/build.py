"""Build what browsers fetch: `python static/build.py`, after `npm ci --ignore-scripts` in this folder.

Into `built/` go bundled style sheets and scripts, the two text fonts and the mathematics font cut down to the
characters of `fonts-*.txt`, the icons of `icons.txt` as one sprite, each under a name with its hash and beside it
compressed copies; `manifest.json` maps plain names to these. `built/server/` holds the scripts that the server runs.
All is made in a folder apart and put in place at the end, so that a server may run meanwhile, and another build too.
"""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
BUILT = HERE / "built"
STYLES = ("bank.css", "editor.css", "matrix.css", "app.css", "plain.css", "maths.css")
BROWSERS = "chrome109,firefox115,safari15.4"
SERVER_SCRIPTS = ("temml/dist/temml.min.js", "temml/contrib/mhchem/mhchem.min.js")
LICENCES = (
    "prosemirror-view", "@fontsource/be-vietnam-pro", "@fontsource/noto-sans-math", "lucide-static", "temml",
    "tweetnacl",
)  # fmt: skip
COMPRESSIBLE = {".css", ".js", ".svg", ".txt"}


def code_points(listing: str) -> set[int]:
    """Read a list such as "U+20-7E,U+110"."""
    points: set[int] = set()
    for part in listing.strip().split(","):
        first, _, last = part.strip().removeprefix("U+").partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return points


def mend_connectors(font: TTFont) -> None:
    """Let long arrows grow: a part that repeats must join at both ends, or browsers leave the arrow short.

    Noto Sans Math gives the shafts of ← and → no joint at one end and one longer than the part at the other.
    """
    if "MATH" not in font or not (variants := font["MATH"].table.MathVariants):
        return
    for construction in [*(variants.HorizGlyphConstruction or []), *(variants.VertGlyphConstruction or [])]:
        for part in construction.GlyphAssembly.PartRecords if construction.GlyphAssembly else []:
            joint = part.FullAdvance * 4 // 5
            part.StartConnectorLength = min(part.StartConnectorLength, part.FullAdvance)
            part.EndConnectorLength = min(part.EndConnectorLength, part.FullAdvance)
            if part.PartFlags & 1 and not (part.StartConnectorLength and part.EndConnectorLength):
                part.StartConnectorLength = part.EndConnectorLength = joint


def cut_font(sources: list[Path], points: set[int], target: Path, features: list[str]) -> None:
    """Write one woff2 file with the wanted characters of all sources."""
    options = subset.Options(layout_features=features, hinting=False, name_IDs=[1, 2, 13, 14], notdef_outline=True)
    cut: list[Path] = []
    taken: set[int] = set()
    for number, source in enumerate(sources):
        font = TTFont(source, recalcTimestamp=False)
        wanted = (points - taken) & set(font.getBestCmap())
        taken |= wanted
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        mend_connectors(font)
        font.flavor = None
        cut.append(target.with_suffix(f".{number}.ttf"))
        font.save(cut[-1])
    font = Merger().merge([str(path) for path in cut]) if len(cut) > 1 else TTFont(cut[0], recalcTimestamp=False)
    font.recalcTimestamp = False  # the same sources give the same bytes, and so the same name
    font["head"].modified = font["head"].created = TTFont(sources[0])["head"].created
    font.flavor = "woff2"
    font.save(target)
    for path in cut:
        path.unlink()


def make_fonts(folder: Path) -> None:
    """Cut the text fonts to Vietnamese and the mathematics font to what schools write."""
    folder.mkdir()
    text = code_points((HERE / "fonts-text.txt").read_text())
    files = MODULES / "@fontsource" / "be-vietnam-pro" / "files"
    for weight in (400, 600):
        sources = [files / f"be-vietnam-pro-{script}-{weight}-normal.woff2" for script in ("latin", "vietnamese")]
        cut_font(sources, text, folder / f"be-vietnam-pro-{weight}.woff2", ["kern", "tnum", "mark", "ccmp", "locl"])
    maths = code_points((HERE / "fonts-maths.txt").read_text())
    source = MODULES / "@fontsource" / "noto-sans-math" / "files" / "noto-sans-math-latin-400-normal.woff2"
    cut_font([source], maths, folder / "gieo-maths.woff2", ["*"])


def make_sprite(target: Path) -> None:
    """Gather the icons that are used into one file of symbols."""
    symbols = []
    for name in (HERE / "icons.txt").read_text().split():
        drawing = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text()
        inner = re.sub(
            r"\s*\n\s*", "", drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
        )
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    sprite = "<!-- Icons: lucide, ISC licence -->" + "".join(symbols)
    target.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{sprite}</svg>')


def make_licences(target: Path) -> None:
    """Gather the licences of what is handed on to browsers."""
    parts = [f"{name}\n\n{(MODULES / name / 'LICENSE').read_text().strip()}\n" for name in LICENCES]
    target.write_text("\n\n".join(parts))


def esbuild() -> list[str]:
    """Find the bundler: its own binary, else its script under node."""
    binaries = sorted((MODULES / "@esbuild").glob("*/bin/esbuild"))
    if binaries:
        return [str(binaries[0])]
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    return [node, str(MODULES / "esbuild" / "bin" / "esbuild")]


def bundle(work: Path, fresh: Path) -> dict[str, str]:
    """Bundle style sheets and the scripts that stand directly in js/; return plain name → built name.

    The sources are copied beside the fonts that were cut, for style sheets name those by a path.
    """
    for folder in ("css", "js"):
        shutil.copytree(HERE / folder, work / folder)
    entries = [work / "css" / name for name in STYLES] + sorted((work / "js").glob("*.js"))
    meta = work / "meta.json"
    command = [
        *esbuild(),
        *(str(path.relative_to(work)) for path in entries),
        "--bundle",
        "--minify",
        "--format=esm",
        f"--target={BROWSERS}",
        "--loader:.woff2=file",
        f"--outdir={fresh}",
        "--entry-names=[name]-[hash]",
        "--asset-names=[name]-[hash]",
        "--log-level=warning",
        f"--metafile={meta}",
    ]
    subprocess.run(command, cwd=work, check=True)  # noqa: S603 - our own command line
    outputs: dict[str, dict[str, object]] = json.loads(meta.read_text())["outputs"]
    names: dict[str, str] = {}
    for path, facts in outputs.items():
        built = Path(path).name
        plain = (
            Path(str(facts["entryPoint"])).name if "entryPoint" in facts else re.sub(r"-[A-Z0-9]{8}(?=\.)", "", built)
        )
        names[plain] = built
    return names


def copy_hashed(source: Path, folder: Path) -> str:
    """Copy a file into *folder* under a name with its hash; return that name."""
    content = source.read_bytes()
    digest = base64.b32encode(hashlib.sha256(content).digest()).decode()[:8]
    name = f"{source.stem}-{digest}{source.suffix}"
    (folder / name).write_bytes(content)
    return name


def compress(path: Path) -> None:
    """Put a brotli and a gzip copy beside a file of text."""
    content = path.read_bytes()
    path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=11))
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))


def build(work: Path, fresh: Path) -> dict[str, str]:
    """Make everything in the folder *fresh*; return plain name → built name."""
    make_fonts(work / "fonts")
    make_sprite(work / "sprite.svg")
    make_licences(work / "licences.txt")
    names = bundle(work, fresh)
    pictures = sorted((HERE / "img").glob("*.*"))
    for source in [work / "sprite.svg", work / "licences.txt", *pictures]:
        names[source.name] = copy_hashed(source, fresh)
    for name in names.values():
        if Path(name).suffix in COMPRESSIBLE:
            compress(fresh / name)
    (fresh / "server").mkdir()
    for script in SERVER_SCRIPTS:
        shutil.copyfile(MODULES / script, fresh / "server" / Path(script).name)
    (fresh / "manifest.json").write_text(json.dumps(dict(sorted(names.items())), indent=1) + "\n")
    return names


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other build changes *folder*; the system lets go of it however we die."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def put_in_place(fresh: Path, built: Path) -> None:
    """Move a build to where it is served from.

    The manifest comes last, so that it never names a file that is not there. The files of the build before stay, for
    pages that were made a moment ago; those of earlier builds go.
    """
    (built / "server").mkdir(exist_ok=True)
    with one_at_a_time(built):
        before, now = names_in(built), names_in(fresh)
        manifest = fresh / "manifest.json"
        for path in sorted(fresh.rglob("*")):
            if path.is_file() and path != manifest:
                path.replace(built / path.relative_to(fresh))
        manifest.replace(built / "manifest.json")
        if before == now:
            return
        kept = {"manifest.json", *before, *now}
        for path in built.iterdir():
            if path.is_file() and path.name.removesuffix(".br").removesuffix(".gz") not in kept:
                path.unlink()


def names_in(folder: Path) -> set[str]:
    """The names that the manifest of a build gives out; none before the first build."""
    try:
        return set(json.loads((folder / "manifest.json").read_text()).values())
    except FileNotFoundError:
        return set()


def main() -> None:
    """Build apart, then put everything in place."""
    BUILT.mkdir(exist_ok=True)
    # Inside this folder, where esbuild finds node_modules; the dot keeps what a killed build leaves out of a wheel.
    with tempfile.TemporaryDirectory(dir=BUILT, prefix=".work-") as folder:
        work, fresh = Path(folder, "work"), Path(folder, "fresh")
        work.mkdir()
        fresh.mkdir()
        build(work, fresh)
        put_in_place(fresh, BUILT)


if __name__ == "__main__":
    main()
