"""Names by which our writer marks what QTI has no word for, and by which the reader knows it again."""

UNNAMED = "unnamed-"  # begins the identifier of an item whose question has none of its own
CLUSTER = "true-false-cluster"  # class of a match interaction that stands for statements true or false
PASSAGE = "passage"  # class of the block that holds the text before the question
GAP = "gap"  # class of a typed answer that stands within the words even when it is the last of them
