"""What a specification says, and the rules of choosing questions by it; pure."""
