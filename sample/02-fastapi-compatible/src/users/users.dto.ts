import { Expose, Transform } from 'class-transformer';
import { AdminCreateDto, AdminUpdateDto, UserReadDto, UserUpdateDto } from 'nestjs-users';

/** FastAPI Users takes `"password": null` for no password, and forms send it. */
const NullIsNothing = () => Transform(({ value }: { value: unknown }) => value ?? undefined);

export class SnakeReadDto extends UserReadDto {
  @Expose({ name: 'is_active' })
  override isActive!: boolean;

  @Expose({ name: 'is_superuser' })
  override isSuperuser!: boolean;

  @Expose({ name: 'is_verified' })
  override isVerified!: boolean;
}

export class SnakeUpdateDto extends UserUpdateDto {
  @NullIsNothing()
  override password?: string;

  @Expose({ name: 'current_password' })
  override currentPassword?: string;
}

export class SnakeAdminCreateDto extends AdminCreateDto {
  @Expose({ name: 'is_active' })
  override isActive?: boolean;

  @Expose({ name: 'is_superuser' })
  override isSuperuser?: boolean;

  @Expose({ name: 'is_verified' })
  override isVerified?: boolean;

  @Expose({ name: 'current_password' })
  override currentPassword?: string;
}

export class SnakeAdminUpdateDto extends AdminUpdateDto {
  @NullIsNothing()
  override password?: string;

  @Expose({ name: 'is_active' })
  override isActive?: boolean;

  @Expose({ name: 'is_superuser' })
  override isSuperuser?: boolean;

  @Expose({ name: 'is_verified' })
  override isVerified?: boolean;

  @Expose({ name: 'current_password' })
  override currentPassword?: string;
}
