// SPDX-License-Identifier: Apache-2.0

/// The service account that Kubernetes mounts into every Pod.
package enum InClusterConfig {
    private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Whether the environment looks like a Pod's.
    package static func isPresent(in environment: [String: String]) -> Bool {
        environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false
    }

    /// Address from the environment; token, CA and namespace from the mounted files.
    package static func credentials(
        environment: [String: String], read: FileReading = LocalFile.read
    ) throws(CredentialsError) -> ClusterCredentials {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
            !host.isEmpty, !port.isEmpty
        else {
            throw CredentialsError(
                file: "environment", path: "KUBERNETES_SERVICE_HOST",
                problem: "host or port is not set: this is no Pod; name a kubeconfig with --kubeconfig or KUBECONFIG")
        }
        let namespace = String(decoding: try read("\(folder)/namespace"), as: UTF8.self)
        // Read once here, so that a Pod without its token fails at start and says why.
        _ = try read("\(folder)/token")
        var credentials = ClusterCredentials(
            server: "https://" + (host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host) + ":\(port)",
            namespace: trimmed(namespace), source: "the service account of this Pod")
        credentials.authorities = .file("\(folder)/ca.crt")
        credentials.token = .file("\(folder)/token", fallback: nil)
        return credentials
    }
}

/// Without white space at both ends.
func trimmed(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    let tail = text.drop(while: isSpace)
    return String(tail.prefix(tail.count - tail.reversed().prefix(while: isSpace).count))
}
