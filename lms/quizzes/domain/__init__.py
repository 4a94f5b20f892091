"""What a quiz may be, when an answer counts, what a pupil may see: pure rules without a clock or a database."""
