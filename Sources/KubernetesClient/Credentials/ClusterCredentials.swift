// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Where the API server is and who we are to it, from a kubeconfig or from the Pod's service account.
package struct ClusterCredentials: Sendable, Equatable {
    /// `https://host:port`, perhaps with a path.
    package var server: String
    /// The name to verify instead of the host.
    package var serverName: String?
    /// PEM certificates to trust; nil means the system's.
    package var authorities: Material?
    package var identity: Identity?
    package var token: Token?
    /// The namespace of the context or of the Pod.
    package var namespace: String
    /// Where all this stands, for messages.
    package var source: String

    package init(server: String, namespace: String = "default", source: String) {
        self.server = server
        self.namespace = namespace
        self.source = source
    }

    /// Something that stands in a configuration or in a file that may change.
    package enum Material: Sendable, Equatable {
        case bytes(Redacted<[UInt8]>)
        case file(String)
    }

    /// A client certificate and its key.
    package struct Identity: Sendable, Equatable {
        package var certificate: Material
        package var key: Material
    }

    /// A bearer token.
    package enum Token: Sendable, Equatable {
        case fixed(Redacted<String>)
        /// `fallback` serves until the file has been read once.
        case file(String, fallback: Redacted<String>?)
    }
}

/// What TLS needs, read at one moment; it differs when a file was rotated.
package struct TLSMaterial: Sendable, Equatable {
    package var serverName: String?
    package var authorities: [UInt8]?
    package var certificateChain: [UInt8]?
    package var privateKey: Redacted<[UInt8]>?
}

extension ClusterCredentials {
    /// Reads the certificates and the key as they are now.
    package func material(read: FileReading) throws(CredentialsError) -> TLSMaterial {
        var material = TLSMaterial(serverName: serverName)
        if let authorities { material.authorities = try authorities.read(read).exposed }
        if let identity {
            material.certificateChain = try identity.certificate.read(read).exposed
            material.privateKey = try identity.key.read(read)
        }
        return material
    }
}

extension ClusterCredentials.Material {
    fileprivate func read(_ read: FileReading) throws(CredentialsError) -> Redacted<[UInt8]> {
        switch self {
        case .bytes(let bytes): bytes
        case .file(let path): Redacted(try read(path))
        }
    }
}
