// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What the server does with one request.
enum Step: Sendable {
    case send(String)
    case sendBytes(Int, chunk: Int)
    case close
    /// Answers no further.
    case silence
}

/// A TCP server that answers each request with steps byte by byte, so that it can misbehave in any way.
final class ScriptedServer: Sendable {
    let port: Int
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let log: Log

    /// What arrived, and how many connections are open.
    final class Log: Sendable {
        let requests = Mutex<[String]>([])
        let open = Mutex(0)
        let accepted = Mutex(0)
        let sentBytes = Mutex(0)
    }

    var requests: [String] { log.requests.withLock { $0 } }
    var accepted: Int { log.accepted.withLock { $0 } }
    var sentBytes: Int { log.sentBytes.withLock { $0 } }

    init(tls: TLSConfiguration? = nil, script: @escaping @Sendable (_ request: String, _ index: Int) -> [Step])
        async throws
    {
        let log = Log()
        self.log = log
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Connection(log: log, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// Returns when the client has closed every connection.
    func waitUntilIdle() async {
        while log.open.withLock({ $0 }) > 0 { await Task.yield() }
    }

    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let log: Log
        private let script: @Sendable (String, Int) -> [Step]
        private var received = ""
        private var index = 0

        init(log: Log, script: @escaping @Sendable (String, Int) -> [Step]) {
            self.log = log
            self.script = script
        }

        func channelActive(context: ChannelHandlerContext) {
            log.open.withLock { $0 += 1 }
            log.accepted.withLock { $0 += 1 }
        }

        func channelInactive(context: ChannelHandlerContext) { log.open.withLock { $0 -= 1 } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            while let request = takeRequest() {
                log.requests.withLock { $0.append(request) }
                let steps = script(request, index)
                index += 1
                run(steps[...], context: context)
            }
        }

        private func takeRequest() -> String? {
            guard let end = received.unicodeScalars.firstIndex(of: "\r\n\r\n") else { return nil }
            let head = String(received.unicodeScalars[..<end])
            let length =
                head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.split(separator: " ")[1]) } ?? 0
            let total = head.utf8.count + length
            guard received.utf8.count >= total else { return nil }
            let request = String(decoding: received.utf8.prefix(total), as: UTF8.self)
            received = String(decoding: received.utf8.dropFirst(total), as: UTF8.self)
            return request
        }

        private func run(_ steps: ArraySlice<Step>, context: ChannelHandlerContext) {
            guard let step = steps.first else { return }
            let rest = steps.dropFirst()
            switch step {
            case .send(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                run(rest, context: context)
            case .sendBytes(let count, let chunk):
                send(count, chunk: chunk, then: rest, context: context)
            case .close:
                context.close(promise: nil)
            case .silence:
                break
            }
        }

        private func send(_ count: Int, chunk: Int, then rest: ArraySlice<Step>, context: ChannelHandlerContext) {
            guard count > 0 else { return run(rest, context: context) }
            let size = min(chunk, count)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: UInt8(ascii: "x"), count: size)))
                .whenSuccess {
                    let (connection, context) = bound.value
                    connection.log.sentBytes.withLock { $0 += size }
                    connection.send(count - size, chunk: chunk, then: rest, context: context)
                }
        }
    }
}

extension String.UnicodeScalarView {
    /// The index behind the first occurrence of `text`.
    fileprivate func firstIndex(of text: String) -> Index? {
        let wanted = Array(text.unicodeScalars)
        var matched = 0
        for index in indices {
            matched = self[index] == wanted[matched] ? matched + 1 : (self[index] == wanted[0] ? 1 : 0)
            if matched == wanted.count { return self.index(after: index) }
        }
        return nil
    }
}
