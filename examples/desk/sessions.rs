//! The sessions of browsers, in a table of the store, so that a session that ended is gone.

use std::collections::HashMap;

use actix_session::storage::{
    LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key,
};
use actix_web::cookie::{Key, time::Duration};
use auth_runtime::session::Sessions;
use sqlx::SqlitePool;

pub(crate) fn sessions(store: SqlitePool) -> Sessions {
    // A real service reads 64 random bytes out of its settings, `Key::from(&bytes)`. With a new key, as here, a restart
    // ends all sessions.
    let key = Key::generate();
    // The example speaks http, on 127.0.0.1 alone. A real service speaks https and leaves this out: its cookie is `Secure`.
    Sessions::new(Table(store), key).dangerous_without_tls()
}

struct Table(SqlitePool);

type State = HashMap<String, String>;

impl SessionStore for Table {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let found: Result<Option<(String,)>, _> =
            sqlx::query_as("SELECT state FROM sessions WHERE key = ? AND ends > unixepoch()")
                .bind(key.as_ref())
                .fetch_optional(&self.0)
                .await;
        let found = found.map_err(|error| LoadError::Other(error.into()))?;
        let state = found.map(|(state,)| serde_json::from_str(&state)).transpose();
        state.map_err(|error| LoadError::Deserialization(error.into()))
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        let state = serde_json::to_string(&state).map_err(|error| SaveError::Serialization(error.into()))?;
        let other = |error: sqlx::Error| SaveError::Other(error.into());
        let gone = sqlx::query("DELETE FROM sessions WHERE ends < unixepoch()").execute(&self.0);
        gone.await.map_err(other)?;
        sqlx::query("INSERT INTO sessions VALUES (?, ?, unixepoch() + ?)")
            .bind(key.as_ref())
            .bind(state)
            .bind(ttl.whole_seconds())
            .execute(&self.0)
            .await
            .map_err(other)?;
        Ok(key)
    }

    async fn update(&self, key: SessionKey, state: State, ttl: &Duration) -> Result<SessionKey, UpdateError> {
        let state =
            serde_json::to_string(&state).map_err(|error| UpdateError::Serialization(error.into()))?;
        let update =
            "UPDATE sessions SET state = ?, ends = unixepoch() + ? WHERE key = ? AND ends > unixepoch()";
        let updated = sqlx::query(update).bind(state).bind(ttl.whole_seconds()).bind(key.as_ref());
        let updated = updated.execute(&self.0).await.map_err(|error| UpdateError::Other(error.into()))?;
        // A session that ended in the meantime does not come back.
        if updated.rows_affected() == 0 {
            return Err(UpdateError::Other(anyhow::anyhow!("the session is gone")));
        }
        Ok(key)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> anyhow::Result<()> {
        sqlx::query("UPDATE sessions SET ends = unixepoch() + ? WHERE key = ?")
            .bind(ttl.whole_seconds())
            .bind(key.as_ref())
            .execute(&self.0)
            .await?;
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> anyhow::Result<()> {
        sqlx::query("DELETE FROM sessions WHERE key = ?").bind(key.as_ref()).execute(&self.0).await?;
        Ok(())
    }
}
