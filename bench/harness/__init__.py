"""What the fault benches share: pupils, the network between, servers to kill, and the count at the end.

Nothing here calls the product's rules: pupils speak HTTP, and the count at the end reads tables and computes anew.
"""
