#![cfg_attr(not(doctest), doc = include_str!("links.md"))]
#![doc = include_str!("../docs/guide/README.md")]

// The pages link to each other as files. `links.md` stands before each page here and defines the same links as modules; the
// first definition of a link is the one in force. Tests leave it out, so that a failure names the page and its line.

/// Makes a module of each page.
macro_rules! pages {
    ($($module:ident = $file:literal)+) => {
        $(
            #[cfg_attr(not(doctest), doc = include_str!("links.md"))]
            #[doc = include_str!(concat!("../docs/", $file))]
            pub mod $module {}
        )+
    };
}

pages! {
    answers = "guide/answers.md"
    attributes = "guide/attributes.md"
    auth0 = "guide/providers/auth0.md"
    cognito = "guide/providers/cognito.md"
    credentials = "guide/credentials.md"
    entra_id = "guide/providers/entra-id.md"
    google = "guide/providers/google.md"
    in_an_actix_application = "guide/in-an-actix-application.md"
    inside_a_handler = "guide/inside-a-handler.md"
    keycloak = "guide/providers/keycloak.md"
    okta = "guide/providers/okta.md"
    performance = "PERFORMANCE.md"
    precedence = "guide/precedence.md"
    providers = "guide/providers/README.md"
    recipes = "guide/recipes.md"
    registration = "guide/registration.md"
    resources_and_rules = "guide/resources-and-rules.md"
    sessions = "guide/sessions.md"
    testing = "guide/testing.md"
}
