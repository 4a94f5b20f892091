"""Files of questions: one module or folder a format, bytes ⇄ item drafts.

Owns reading (`detect.READERS`, the reader chosen by content) and writing (`writers.WRITERS`). Readers are pure: no
database, no clock, no network; a file that cannot be taken raises `Invalid` or `TooLarge` with a sentence, and a
question that needs a person says so in its `problems`. A key is never guessed. Saving is the business of `items`.
"""
