"""Documents for paper: one model of what stands on the pages, written as Word (.docx) or as PDF.

`model` holds headings, paragraphs, formulas, pictures, options, tables; `richtext` makes them from stored text;
`formulas` reads LaTeX into a tree that `word_maths` writes as Office Math and `typst_maths` as Typst; `word` and `pdf`
write whole documents. Does not own what a paper or a sheet says: that is said by whoever prints (`lms.quizzes`,
`question_bank.assembly`).
"""
