"""Marks by the rules of the circulars: columns, averages, publishing, exports, the portals' own workbooks."""
