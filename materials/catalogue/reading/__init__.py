"""Text, page count and a preview picture out of files that strangers made, with limits on all they may cost.

Office files are read here (zip and XML with limits); PDF and pictures go through native code and are therefore read in
a process of their own that may crash or be stopped without harm.
"""

from materials.catalogue.reading.contents import Contents, read_contents

__all__ = ["Contents", "read_contents"]
