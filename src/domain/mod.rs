//! What things are: pure values and rules. No IO, clock, randomness or logging.
