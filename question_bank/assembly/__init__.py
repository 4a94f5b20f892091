"""From a test specification (ma trận, bản đặc tả) to parallel forms.

Owns specifications with their templates, pages and printed sheets. Does not own quizzes: `lms.quizzes` makes one of the
forms that come out.
"""
