//! How a provider or a referrer is reached.
