// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A user name and password for a registry.
package struct RegistryCredential: Hashable, Sendable {
    package var username: String
    package var password: Redacted<String>

    package init(username: String, password: Redacted<String>) {
        self.username = username
        self.password = password
    }
}

/// One request of a conversation with a registry.
package struct RegistryRequest: Equatable, Sendable {
    package enum Method: Sendable {
        case get
        case head
        case post
    }

    package var method: Method
    /// Absolute.
    package var url: String
    /// Name and value, in order.
    package var headers: [Header] = []
    /// Of a POST: a form.
    package var body: [UInt8]?
    /// The most bytes of the answer's body that are read.
    package var bodyLimit: Int
    /// Host and port that are asked, for budgets.
    package var host: String
    /// Whom the registry takes us for, for budgets; nil for nobody.
    package var identity: RegistryCredential?

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// An answer, its body read as far as the request's limit.
package struct RegistryResponse: Equatable, Sendable {
    package var status: Int
    package var headers: [RegistryRequest.Header]
    package var body: [UInt8]

    package init(status: Int, headers: [RegistryRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, in any case.
    package func header(_ name: String) -> String? { headers(name).first }

    /// All values of headers of that name, in order.
    package func headers(_ name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }
}
