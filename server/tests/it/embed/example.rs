//! The guide's example in Rust, word for word.

pub(crate) async fn token(portal: &str, key: &str, widget: &str, session: &str) -> Result<String, reqwest::Error> {
    let wish = serde_json::json!({ "widget": widget, "resources": [format!("session:{session}")] });
    let request = reqwest::Client::builder().no_proxy().build()?.post(format!("{portal}/embed/tokens"));
    let answer = request.bearer_auth(key).json(&wish).send().await?.error_for_status()?;
    let minted: serde_json::Value = answer.json().await?;
    Ok(minted["token"].as_str().unwrap_or_default().to_owned())
}
