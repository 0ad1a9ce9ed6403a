stack = "bare"
