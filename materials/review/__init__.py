"""The way of an edition from deposit to the shared library: submit, check, request changes, approve, withdraw."""
