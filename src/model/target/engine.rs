//! What is asked of the engine, address by address.

/// One address of the recovery's workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRequest {
    /// Address.
    pub address: String,
    /// What becomes of it.
    pub change: AddressChange,
    /// Arguments that the engine's copy of the code has otherwise than the code: name and value.
    pub overrides: Vec<(String, String)>,
    /// Name that must be free before it is made.
    pub must_be_free: Option<String>,
    /// Attributes that later steps need, as JSON Pointers.
    pub wants: Vec<String>,
}

/// What the engine does with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressChange {
    /// Makes it.
    Create,
    /// Takes over what is there under an id.
    Import {
        /// Import id; `None` where the provider's id could not be told.
        id: Option<String>,
    },
    /// Makes it from a recovery point, which an override names.
    Restore,
    /// Its value is put into the state.
    Carry,
    /// It is in the workspace already.
    Keep,
}
