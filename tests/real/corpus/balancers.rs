//! Load balancers of Services, as a cloud's controller gives them: there is none here.

use std::time::Duration;

use serde_json::{Value, json};

use crate::control_plane::{ADMIN, ControlPlane};
use crate::emulator::run;

/// Gives every Service of type LoadBalancer a host, as long as this process lives.
pub(super) fn serve(plane: &'static ControlPlane) {
    std::thread::spawn(move || {
        run(async {
            let client = plane.client(ADMIN).await.unwrap();
            loop {
                let list = plane.ask("GET", "/api/v1/services", &Value::Null).await;
                for service in list["items"].as_array().into_iter().flatten() {
                    let waits = service["spec"]["type"] == "LoadBalancer"
                        && service.pointer("/status/loadBalancer/ingress").is_none();
                    if !waits {
                        continue;
                    }
                    let [namespace, name] =
                        ["namespace", "name"].map(|field| service["metadata"][field].as_str().unwrap());
                    let status = json!({ "status": { "loadBalancer": { "ingress": [{ "hostname": "lb.example" }] } } });
                    let path = format!("/api/v1/namespaces/{namespace}/services/{name}/status");
                    let request =
                        http::Request::patch(path).header("content-type", "application/merge-patch+json");
                    // It may be gone by now.
                    let _ = client.request_text(request.body(status.to_string().into_bytes()).unwrap()).await;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    });
}
