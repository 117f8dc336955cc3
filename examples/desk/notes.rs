//! The notes of the desk. Everybody has their own, and nobody learns which notes others have.

use actix_web::{HttpResponse, delete, get, post, web};
use auth_runtime::{
    Access, Action, Decision, Denial, Lookup, Principal, PrincipalId, Resource, require_auth, require_scope,
};
use serde::Deserialize;
use serde_json::json;
use sqlx::SqlitePool;

pub(crate) struct Note {
    id: i64,
    owner: PrincipalId,
}

impl Resource for Note {
    type Id = i64;

    async fn load(lookup: Lookup<i64>) -> Result<Option<Self>, Denial> {
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT issuer, subject FROM notes WHERE id = ?")
                .bind(lookup.id())
                .fetch_optional(&***lookup.data::<SqlitePool>()?)
                .await?;
        let id = *lookup.id();
        Ok(found.map(|(issuer, subject)| Self { id, owner: PrincipalId::new(issuer, subject) }))
    }

    fn is_visible_to(&self, principal: &Principal) -> bool {
        principal.id() == Some(&self.owner)
    }
}

/// Deletes a note.
pub(crate) enum Delete {}

impl Action<Note> for Delete {
    fn authorize(_: &Principal, _: &Note) -> Decision {
        Decision::Allow // Whoever sees a note is its owner.
    }
}

/// Returns the issuer and the subject of a principal, which the store keeps in two columns. A principal without a
/// subject is nobody there, because nothing equals `NULL`.
fn columns(principal: &Principal) -> [Option<&str>; 2] {
    [principal.id().map(PrincipalId::issuer), principal.id().map(PrincipalId::subject)]
}

/// An error of the store is 500, and its text is for the log.
type Answer = Result<HttpResponse, Denial>;

#[require_scope("notes:read")]
#[get("/notes")]
pub(crate) async fn list(principal: Principal, store: web::Data<SqlitePool>) -> Answer {
    let [issuer, subject] = columns(&principal);
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, text FROM notes WHERE issuer = ? AND subject = ? ORDER BY rowid")
            .bind(issuer)
            .bind(subject)
            .fetch_all(&**store)
            .await?;
    let notes: Vec<_> = rows.iter().map(|(id, text)| json!({ "id": id, "text": text })).collect();
    Ok(HttpResponse::Ok().json(notes))
}

#[derive(Deserialize)]
pub(crate) struct NewNote {
    text: String,
}

#[require_scope("notes:write")]
#[post("/notes")]
pub(crate) async fn create(
    principal: Principal,
    store: web::Data<SqlitePool>,
    new: web::Json<NewNote>,
) -> Answer {
    let [issuer, subject] = columns(&principal);
    // The id is random. If it were the next number, it would tell how many notes there are.
    let (id,): (i64,) =
        sqlx::query_as("INSERT INTO notes VALUES (ABS(RANDOM() % 9007199254740991), ?, ?, ?) RETURNING id")
            .bind(issuer)
            .bind(subject)
            .bind(&new.text)
            .fetch_one(&**store)
            .await?;
    Ok(HttpResponse::Created().json(json!({ "id": id, "text": new.text })))
}

#[require_auth]
#[delete("/notes/{id}")]
pub(crate) async fn remove(note: Access<Note, Delete>, store: web::Data<SqlitePool>) -> Answer {
    sqlx::query("DELETE FROM notes WHERE id = ?").bind(note.id).execute(&**store).await?;
    Ok(HttpResponse::NoContent().finish())
}
