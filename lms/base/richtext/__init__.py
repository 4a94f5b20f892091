"""The one vocabulary of text that people write: how it comes in, what is kept, how it is shown.

Stored text is a fragment of HTML that `clean` gave: paragraphs, headings, lists, tables, emphasis, links, pictures as
`<img src="asset:SHA256">`, formulas as `<span class="tex">LaTeX</span>` (in the line) or `<div class="tex">LaTeX</div>`
(on a line of its own) and, in gap-fill prompts, `<span class="gap" data-gap="g1"></span>`. Formulas are drawn, and
pictures get their address, only when the text is shown.

Does not own: what a formula may hold (`lms.base.maths`), where pictures live (`lms.base.storage`).
"""

from lms.base.richtext.display import has_maths, render
from lms.base.richtext.reading import assets_in, blocks, tex_in, to_plain
from lms.base.richtext.typed import from_author, from_plain
from lms.base.richtext.vocabulary import clean

__all__ = ["assets_in", "blocks", "clean", "from_author", "from_plain", "has_maths", "render", "tex_in", "to_plain"]
