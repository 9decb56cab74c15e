//! The Booking and Referral Standard: headers, messages, decisions, answers.
