"""The search engines' only home: one interface, tantivy and Whoosh behind it."""
