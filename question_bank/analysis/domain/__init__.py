"""The mathematics of tests."""
