"""Word exams made up for measuring: every layout and every way of marking a key that teachers use, with what each says.

Owns its own WordprocessingML and knows nothing of the readers in `question_bank.formats`: what a paper *says* is
written down while it is made, so that the two can be held against each other.
"""
