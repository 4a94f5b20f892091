"""Choose the questions of parallel forms by mixed-integer programming (HiGHS, through SciPy); pure.

Follows van der Linden, Linear Models for Optimal Test Design (2005): a variable for each question in each form, every
rule a linear constraint. `choosing` says what is asked in which order, `programme` is the tableau.
"""
