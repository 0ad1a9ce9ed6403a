//! Tests that need nothing but the checkout.
