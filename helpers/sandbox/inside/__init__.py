"""What runs in the sandbox. Nothing in here knows a right answer, and nothing it says is trusted."""
