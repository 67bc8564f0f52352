// SPDX-License-Identifier: Apache-2.0

extension ClusterCredentials {
    /// Finds the way to the cluster: the named kubeconfig, else `KUBECONFIG`, else the Pod's service account, else
    /// `~/.kube/config`.
    package static func discover(
        kubeconfig: String? = nil, context: String? = nil, environment: [String: String],
        read: FileReading = LocalFile.read
    ) throws(CredentialsError) -> ClusterCredentials {
        if let kubeconfig {
            return try Kubeconfig(paths: [kubeconfig], read: read).credentials(context: context)
        }
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            let paths = list.split(separator: ":").map(String.init)
            return try Kubeconfig(paths: paths, read: read).credentials(context: context)
        }
        if context == nil, InClusterConfig.isPresent(in: environment) {
            return try InClusterConfig.credentials(environment: environment, read: read)
        }
        let home = environment["HOME"] ?? ""
        return try Kubeconfig(paths: ["\(home)/.kube/config"], read: read).credentials(context: context)
    }
}
