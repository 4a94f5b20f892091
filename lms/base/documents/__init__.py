"""Documents for paper: one model of what stands on the pages, written as Word (.docx) and as PDF.

`model` holds headings, paragraphs, formulas, pictures, options, tables; `richtext` makes them from stored text;
`formulas` reads LaTeX into a tree that `word_maths` writes as Office Math and `typst_maths` for typst; `word` writes
whole documents, `word_parts` what is the same in each, `typst` makes PDF. Does not own what a paper or a sheet says:
that is said by whoever prints (`lms.quizzes`).
"""
