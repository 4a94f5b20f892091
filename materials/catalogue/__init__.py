"""Works, their editions and files, licences and tags. Does not own who approves them (`review`)."""
