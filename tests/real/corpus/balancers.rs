//! Load balancers of Services and Ingresses, as a cloud's controller gives them: there is none here.

use std::time::Duration;

use serde_json::{Value, json};

use crate::control_plane::{ADMIN, ControlPlane};
use crate::emulator::run;

/// Gives every Ingress and every Service of type LoadBalancer a host, as long as this process lives.
pub(super) fn serve(plane: &'static ControlPlane) {
    std::thread::spawn(move || {
        run(async {
            let client = plane.client(ADMIN).await.unwrap();
            loop {
                for (path, kind) in [("/api/v1", "services"), ("/apis/networking.k8s.io/v1", "ingresses")] {
                    let list = plane.ask("GET", &format!("{path}/{kind}"), &Value::Null).await;
                    for object in list["items"].as_array().into_iter().flatten() {
                        let balanced = kind == "ingresses" || object["spec"]["type"] == "LoadBalancer";
                        if !balanced || object.pointer("/status/loadBalancer/ingress").is_some() {
                            continue;
                        }
                        let [namespace, name] =
                            ["namespace", "name"].map(|field| object["metadata"][field].as_str().unwrap());
                        let status = json!({ "status": { "loadBalancer": { "ingress": [{ "hostname": "lb.example" }] } } });
                        let path = format!("{path}/namespaces/{namespace}/{kind}/{name}/status");
                        let request =
                            http::Request::patch(path).header("content-type", "application/merge-patch+json");
                        // It may be gone by now.
                        let _ =
                            client.request_text(request.body(status.to_string().into_bytes()).unwrap()).await;
                    }
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    });
}
