import {
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { ConnectionsService, CurrentUser, type Identity } from 'nestjs-users';
import type { Socket } from 'socket.io';
import { User } from '../users/user.entity.js';

/** `protectAll` guards its messages. What it sends by itself, and whom it lets connect, it decides here. */
@WebSocketGateway()
export class ChatGateway implements OnGatewayConnection, OnGatewayDisconnect {
  private readonly open = new Map<Socket, Identity>();

  constructor(private readonly connections: ConnectionsService) {}

  async handleConnection(socket: Socket): Promise<void> {
    const identity = await this.connections.identify(socket);
    if (identity && socket.connected) this.open.set(socket, identity);
    else socket.disconnect(true);
  }

  handleDisconnect(socket: Socket): void {
    this.open.delete(socket);
  }

  @SubscribeMessage('say')
  async say(@CurrentUser() user: User, @MessageBody() text: unknown) {
    await this.tell(`${user.email}: ${String(text).slice(0, 500)}`);
    return { event: 'sent', data: this.open.size };
  }

  /** To everybody whose login has not ended. */
  private async tell(text: string): Promise<void> {
    for (const [socket, identity] of this.open) {
      if (await this.connections.isAllowed(identity)) socket.emit('said', text);
      else socket.disconnect(true);
    }
  }
}
