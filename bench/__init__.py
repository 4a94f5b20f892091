"""Measurements that anybody can repeat: `python -m bench list`, `python -m bench NAME --help`.

Each bench is a module of this folder with `GOALS` (what it holds itself to), `add_arguments(parser)` and
`run(options) -> Outcome`; what it measures and on what is its docstring. A bench prints for people and ends with one
line of JSON: `{"name", "figures", "ok"}`. The exit status is 0 only when its goals hold.
"""
